import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { expect, test } from 'vitest'
import { codeBlock, fitted, inlineCode, markdownTable, plainText } from './markdown.ts'

/** Renders like GitHub, but shows HTML that GitHub would remove. */
function htmlOf(markdown: string): string {
  return micromark(markdown, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  })
}

const HOSTILE = [
  '</script><img src=x onerror=alert(1)>',
  '</code></td></table><b>x</b>',
  '`` ` ```',
  String.raw`\| a | b \\|`,
  '[x](javascript:alert(1)) ![x](http://x/y.png)',
  'www.example.com http://example.com a@example.com @octocat #1',
  '# *a* _b_ ~c~ **d**\n\n# e\n---\n',
  '<!-- describe-load: green -->',
  '&lt;b&gt; &#60;i&#62;',
  'x'.repeat(1_000_000),
]

/** Returns what a browser shows for HTML without active parts: its text. */
function textOf(html: string): string {
  return html
    .replaceAll(/<\/?code>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}

test.each(HOSTILE)('a text in a cell of a table is shown as it is: %.40s', (text) => {
  const cell = inlineCode(text)
  const html = htmlOf(markdownTable(['a', 'b'], [[cell, 'end']]).join('\n'))
  const [, shown = ''] = /<tbody>\n<tr>\n<td>(.*)<\/td>\n<td>end<\/td>\n<\/tr>\n<\/tbody>/.exec(html) ?? []
  const line = text.replaceAll(/\s+/g, ' ').trim()
  expect(textOf(shown)).toBe(line.length > 200 ? `${line.slice(0, 199)}…` : line)
  expect(shown.replaceAll(/<\/?code>/g, '')).not.toMatch(/[<>]/)
})

test.each(HOSTILE)('a text in a block is shown as it is: %.40s', (text) => {
  const html = htmlOf(`before\n\n${codeBlock(text)}\n\n**after**`)
  const [, shown = ''] =
    /^<p>before<\/p>\n<pre><code class="language-text">([^<>]*)\n<\/code><\/pre>\n<p><strong>after<\/strong><\/p>$/.exec(
      html,
    ) ?? []
  expect(textOf(shown)).toBe(text.length > 1_000 ? `${text.slice(0, 1_000)}…` : text)
})

test('omits only the sections that do not fit, and counts them', () => {
  const sections = ['head', 'a'.repeat(100), 'b'.repeat(300), 'c'.repeat(10), 'd'.repeat(100)]
  const sizeOf = (text: string): number => text.length
  expect(fitted(sections, sizeOf, 1_000)).toBe(`${sections.join('\n\n')}\n`)
  const cut = fitted(sections, sizeOf, 180)
  expect(cut).toBe(
    `head\n\n${'a'.repeat(100)}\n\n${'c'.repeat(10)}\n\n_2 sections did not fit here: see the report._\n`,
  )
  expect(cut.length).toBeLessThanOrEqual(180)
  expect(fitted(sections.slice(0, 3), sizeOf, 100)).toBe('')
  expect(fitted(['h'.repeat(200), 'a', 'b'], sizeOf, 100)).toBe('')
})

test('a sentence with the name of an operation is shown as it is', () => {
  const sentence = 'Slower by 3.2% (operation "GET /users/<id>|*_x_*" of `a` & b).'
  const [cell] =
    /(?<=<td>).*(?=<\/td>)/.exec(htmlOf(markdownTable(['result'], [[plainText(sentence)]]).join('\n'))) ?? []
  expect(textOf(cell ?? '')).toBe(sentence)
})
