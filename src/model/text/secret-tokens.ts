/**
 * Secrets that are recognised without a name. Each expression takes time proportional to the text: after a literal
 * prefix, it consumes a run of characters, and nothing that could fail follows it.
 */

/** Prefixes by which issuers mark their tokens. */
const PREFIXES = [
  'AGE-SECRET-KEY-1|AIza|ATATT3x|EAACEdEose0cBA|GOCSPX-|NRAK-|PMAK-|SG\\.|ya29\\.',
  'dckr_pat_|doo_v1_|dop_v1_|dor_v1_|dp\\.pt\\.|figd_|fo1_|gh[opsur]_',
  'github_pat_|gl(?:pat|rt|dt|ptt|cbt|soat)-|gsk_|hf_|hv[sbr]\\.|lin_api_|npm_|ntn_',
  'nvapi-|pplx-|pscale_(?:tkn|pw|oauth)_|pypi-|r8_|rubygems_|shp(?:at|ca|pa|ss)_',
  'sk-|[sr]k_(?:live|test|prod)_|sntry[su]_|sq0(?:atp|csp)-|tvly-|v2\\.local\\.|whsec_',
  'xapp-|xkeysib-|xox[a-z][-.]',
].join('|')

const TOKENS: readonly RegExp[] = [
  new RegExp(`(?<![A-Za-z0-9])(?:${PREFIXES})[\\w.=-]{12,}`, 'g'),
  /(?<![A-Za-z0-9])(?:secret_[A-Za-z0-9]{40,}|dapi[0-9a-f]{32}|oy2[a-z0-9]{43})/g,
  // Access keys of AWS; SIDs and keys of Twilio.
  /(?<![A-Za-z0-9])(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
  /(?<![A-Za-z0-9])(?:AC|SK)[0-9a-f]{32}(?![A-Za-z0-9])/g,
  /(?<![A-Za-z0-9])key-[0-9a-f]{32}(?![A-Za-z0-9])/g,
  // Bots of Telegram.
  /(?<!\d)\d{8,10}:AA[\w-]{30,}/g,
  // JSON Web Tokens, and other JSON in base64.
  /(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]*){0,4}/g,
  /(?<=hooks\.slack\.com\/(?:services|workflows)\/)[\w/-]+/g,
  /(?<=discord(?:app)?\.com\/api\/webhooks\/\d{1,20}\/)[\w-]+/g,
  // Private keys. A key that is cut off is hidden to the end of the text.
  /(?<=-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----)(?:[^-]|-(?!----))+/g,
  // The user and the password in a URL or in a Go data source name.
  /(?<=:\/\/)[^\s/?#"'<>]+(?=@)/g,
  /(?<![\w.-])[\w.-]{1,64}:[^\s@/:"']{1,128}(?=@(?:tcp|unix)\()/g,
  // `curl -u user:password`.
  /(?<=\s(?:-u|--user)[ =]["']?)[^\s:"']{1,64}:[^\s"']+/g,
]

/** `bearer …` within a sentence. The word that follows is a token unless it could be a word. */
const SCHEME = /(?<![A-Za-z0-9])(?:bearer|basic|digest|negotiate|apikey)[ \t]{1,8}([\w.~+/=-]{6,})/gi

/** Replaces every such secret; `hidden` replaces it. */
export function maskTokens(text: string, hidden: string): string {
  const masked = TOKENS.reduce((clean, pattern) => clean.replace(pattern, hidden), text)
  return masked.replace(SCHEME, (whole, token: string) =>
    couldBeWord(token) ? whole : whole.slice(0, whole.length - token.length) + hidden,
  )
}

/** Such as `bearer authorization` or `basic realm=`. */
function couldBeWord(token: string): boolean {
  return token.length < 24 && /^[A-Za-z]?[a-z]*[=.-]?$/.test(token)
}
