const HIDDEN = '[redacted]'

/**
 * Each rule keeps the name of a secret and hides its value. Only strings are checked: numbers contain no secrets, and
 * the base64 of a histogram contains none of the characters that the rules match.
 */
const RULES: readonly (readonly [RegExp, string])[] = [
  // user:password@ of a URL
  [/(:\/\/)[^\s/?#@]+@/g, `$1${HIDDEN}@`],
  // ?token=… &api_key=… of a URL or a form
  [
    /([?&;][\w.-]*(?:token|secret|passw(?:or)?d|pwd|key|auth|session|sig(?:nature)?|code|credential)[\w.-]*=)[^&#;\s"'<>]+/gi,
    `$1${HIDDEN}`,
  ],
  // Authorization: … and Cookie: … as headers, also inside JSON
  [
    /((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|x-auth-token)(\\?["']?\s*[:=]\s*\\?["']?)[^"'\\\r\n]+/gi,
    `$1$2${HIDDEN}`,
  ],
  [/\b(bearer|basic|digest)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  // "access_token": "…" of a JSON body that was quoted in an error
  [/("[\w.-]*(?:token|secret|passw(?:or)?d|api_?key)[\w.-]*"\s*:\s*")[^"]*/gi, `$1${HIDDEN}`],
  // a JSON Web Token, anywhere
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, HIDDEN],
]

/** Returns a text without the secrets that URLs, headers and bodies contain. */
export function redactText(text: string): string {
  return RULES.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text)
}

/**
 * Returns a copy of plain JSON with `redactText` applied to every string. Everything that an artifact renders comes
 * from here.
 */
export function redact<Json>(json: Json): Json
export function redact(json: unknown): unknown {
  if (typeof json === 'string') return redactText(json)
  if (Array.isArray(json)) return json.map((item: unknown) => redact(item))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, redact<unknown>(value)]))
}
