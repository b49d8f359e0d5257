import { LoadError } from '../model/errors.ts'

/** The default export of a module of the user's, in this thread. Rejects with `LoadError` (`ERR_LOAD_MODULE`). */
export async function importDefault(href: string): Promise<unknown> {
  let loaded: Readonly<Record<string, unknown>>
  try {
    loaded = (await import(/* @vite-ignore */ href)) as Readonly<Record<string, unknown>>
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new LoadError('ERR_LOAD_MODULE', `${href} cannot be loaded: ${why}`, { cause })
  }
  if (loaded['default'] === undefined) {
    throw new LoadError('ERR_LOAD_MODULE', `${href} has no default export`)
  }
  return loaded['default']
}
