import type { RequestLabel } from '../../model/requests.ts'
import type { StandardSchema } from '../../model/standard-schema.ts'

interface McpLabel extends RequestLabel {
  /**
   * Dotted path of a string in `arguments` or `params` (`message`) to which a unique text is appended; a response
   * with such a text of another call is an error of class `misrouted`, one without any of class `check`. Default for a
   * tool `echo` with a `message`; `false` switches it off.
   */
  readonly nonce?: string | false
  /**
   * A schema of Zod, Valibot or ArkType for the result: for the structured content of a tool that returns one, otherwise
   * for the whole result. A result that does not match is an error of class `check`. It makes the generator run in the
   * test's thread, which the result reports as a doubt.
   */
  readonly check?: StandardSchema
  /** Requests progress notifications and times each one as a message of a stream. */
  readonly progress?: boolean
}

interface WithArguments<Value> extends McpLabel {
  /** Arguments of the tool or the prompt, by name: `{ a: 1, b: 2 }`. Those of a prompt are strings. */
  readonly arguments?: Readonly<Record<string, Value>>
}

interface ToolCall extends WithArguments<unknown> {
  /** Name of the tool to call: `tools/call`. */
  readonly tool: string
}

interface ResourceRead extends McpLabel {
  /** URI of the resource to read: `resources/read`. */
  readonly resource: string
}

interface PromptGet extends WithArguments<string> {
  /** Name of the prompt to get: `prompts/get`. */
  readonly prompt: string
}

interface MethodCall extends McpLabel {
  /** Any other JSON-RPC method, such as `'tools/list'`. */
  readonly method: string
  /** Parameters of the method. */
  readonly params?: Readonly<Record<string, unknown>>
}

/** One operation of a Model Context Protocol server. */
export type McpRequest = ToolCall | ResourceRead | PromptGet | MethodCall
