/** A fenced block of a page. */
export interface Block {
  /** The page, as it was passed to `blocksOf`. */
  readonly page: string
  readonly language: string
  readonly text: string
  /** The name in a first line such as `// buy.ts` or `# .gitlab-ci.yml`. */
  readonly file: string | undefined
}

/** Returns the fenced blocks of a Markdown page, in their order. */
export function blocksOf(page: string, markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
    page,
    language,
    text,
    file: /^(?:\/\/|#) (\S+\.\w+)\n/.exec(text)?.[1],
  }))
}
