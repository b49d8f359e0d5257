import type { RequestLabel } from '../../model/requests.ts'

interface McpLabel extends RequestLabel {
  /**
   * Dotted path of a string in `arguments` or `params` (`message`) to which a unique text is appended; a response
   * without this text belongs to another request and is an error of class `misrouted`. Default for a tool `echo` with a
   * `message`; `false` switches it off.
   */
  readonly nonce?: string | false
  /** Requests progress notifications and times each one as a message of a stream. */
  readonly progress?: boolean
}

/** One operation of a Model Context Protocol server. */
export type McpRequest =
  | (McpLabel & { readonly tool: string; readonly arguments?: Readonly<Record<string, unknown>> })
  | (McpLabel & { readonly resource: string })
  | (McpLabel & { readonly prompt: string; readonly arguments?: Readonly<Record<string, string>> })
  | (McpLabel & { readonly method: string; readonly params?: Readonly<Record<string, unknown>> })
