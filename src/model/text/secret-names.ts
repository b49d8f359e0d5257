/**
 * How strongly a name suggests that its value is secret.
 *
 * - `password`: regardless of the value;
 * - `token`: unless the value is a short number, a boolean or the like;
 * - `random`: if the value looks random (`session`, `auth`), because such names have harmless values too;
 * - `parameter`: the same, and only as a parameter of a URL or a form (`?code=`, `?key=`);
 * - `credentials`, `cookies`: the headers `authorization` and `cookie`, whose values consist of several words.
 */
export type SecretKind = 'password' | 'token' | 'random' | 'parameter' | 'credentials' | 'cookies'

/** Longer names are checked by their end, so that checking a name takes constant time. */
const MAX_NAME = 80

const PASSWORD_PARTS = new Set(['pwd', 'pin', 'otp', 'cvv', 'passcode'])
const TOKEN_PARTS = new Set(['token', 'jwt', 'sid', 'bearer', 'sig', 'signature', 'hmac', 'csrf', 'xsrf'])
const RANDOM_PARTS = new Set(['auth', 'session', 'pass', 'credential', 'credentials', 'verifier', 'challenge'])
const PARAMETERS = new Set(['code', 'key', 'state', 'nonce', 'ticket', 'assertion', 'samlresponse', 'samlrequest'])

/** What a joined name (`x-api-key` is `xapikey`) contains. `secretary` contains no secret. */
const PASSWORDS = /password|passwd|passphrase|secret(?!ar)/
const TOKENS =
  /(?:api|access|account|auth|client|encryption|license|master|private|service|shared|signing|storage|subscription)key|sess(?:ion)?id|(?:token|jwt|sid)$/

/** A last part that makes a name describe a secret instead of holding one: `token_type`, `secret-name`. */
const ABOUT = new Set(
  (
    'at count enabled endpoint expired expires expiry in invalid length limit ' +
    'max min name policy required size status ttl type uri url valid'
  ).split(' '),
)

/** Returns how secret the value of a header, field, parameter or option of this name is; undefined if it is not. */
export function secretKind(name: string): SecretKind | undefined {
  const parts = name
    .slice(-MAX_NAME)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '')
  const last = parts.at(-1) ?? ''
  if (last === 'authorization') return 'credentials'
  if (last === 'cookie' || last === 'cookies') return 'cookies'
  if (ABOUT.has(last)) return undefined
  const joined = parts.join('')
  if (PASSWORDS.test(joined) || parts.some((part) => PASSWORD_PARTS.has(part))) return 'password'
  if (TOKENS.test(joined) || parts.some((part) => TOKEN_PARTS.has(part))) return 'token'
  if (parts.some((part) => RANDOM_PARTS.has(part))) return 'random'
  return PARAMETERS.has(joined) ? 'parameter' : undefined
}
