import type { VerdictRecord } from '../model/verdict.ts'

/** The message of a verdict in parts, without the verdict itself, which a label states. */
interface VerdictText {
  /** What was checked and observed. */
  readonly claim: string
  /** Further lines, the most useful first. */
  readonly evidence: readonly string[]
}

/** Returns the message of a verdict in parts. */
export function verdictText({ verdict, message }: Pick<VerdictRecord, 'verdict' | 'message'>): VerdictText {
  const [first = '', ...evidence] = message.split('\n')
  const prefix = `${verdict}: `
  return {
    claim: first.startsWith(prefix) ? first.slice(prefix.length) : first,
    evidence: evidence.map((line) => line.trim()),
  }
}
