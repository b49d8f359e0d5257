/** Prints one line of the answer. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Returns a commit as Git abbreviates it. */
export function commitOf(commit: string | null): string {
  return commit === null ? '–' : commit.slice(0, 7)
}
