export function abortVerdicts(_r: unknown, _s: unknown): { verdict: string; claim: string; observed: string }[] {
  return []
}
