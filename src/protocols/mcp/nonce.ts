import { randomBytes } from 'node:crypto'

/** Makes the nonces of two runs against one server different. */
const SALT = randomBytes(4).toString('hex')

const NONCES = /\[[\da-f]{8}-\d+\]/g

/** Returns the text that a call sends and that its reply must contain. */
export function nonceOf(id: number): string {
  return `[${SALT}-${id}]`
}

/** Returns the nonce of another call in a text; undefined if the text contains none. */
export function otherNonceIn(text: string, own: string | undefined): string | undefined {
  return text.match(NONCES)?.find((nonce) => nonce !== own)
}
