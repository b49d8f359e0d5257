const HIDDEN = '[redacted]'

/**
 * Each rule keeps what names a secret and hides the secret itself. Only texts are looked at: figures carry none, and the
 * base64 of a histogram has none of the characters that the rules hang on.
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
  // a JSON Web Token, wherever it stands
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, HIDDEN],
]

/** A text without the secrets people put into URLs, headers and bodies. */
export function redactText(text: string): string {
  return RULES.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text)
}

/** A copy of plain JSON in which every text has gone through `redactText`. Everything an artifact renders comes from here. */
export function redact<Json>(json: Json): Json
export function redact(json: unknown): unknown {
  if (typeof json === 'string') return redactText(json)
  if (Array.isArray(json)) return json.map((item: unknown) => redact(item))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, redact<unknown>(value)]))
}
