import { describe, expect, test } from 'vitest'
import { escapeHtml, html, idOf, shortened, trusted } from './html.ts'

describe('html', () => {
  test.each([
    ['</script><script>alert(1)</script>', '&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert(1)&gt;'],
    [`"' onclick='x`, '&quot;&#39; onclick=&#39;x'],
    ['a & b', 'a &amp; b'],
    ['\u001b[31mred\u001b]0;title\u0007', '\\x1b[31mred\\x1b]0;title\\x07'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['::error::x', '\\x3a:error::x'],
  ])('escapes %j in an element and in an attribute', (text, escaped) => {
    expect(html`<p title="${text}">${text}</p>`.toString()).toBe(`<p title="${escaped}">${escaped}</p>`)
  })

  test('inserts markup as it is, and lists item by item', () => {
    const items = ['<a>', 'b'].map((text) => html`<i>${text}</i>`)
    expect(html`<b>${items}</b>`.toString()).toBe('<b><i>&lt;a&gt;</i><i>b</i></b>')
    expect(html`${trusted('<b>1</b>')}${2}`.toString()).toBe('<b>1</b>2')
  })

  test('leaves out false, null and undefined, and shows 0', () => {
    expect(html`${false}${null}${undefined}${0}`.toString()).toBe('0')
  })

  test('keeps the digits of a number on one line', () => {
    expect(html`<p>${'40 788 874 bytes in 2 000 ms, 13:46:28 7 8'}</p>`.toString()).toBe(
      '<p>40\u00a0788\u00a0874 bytes in 2\u00a0000 ms, 13:46:28 7 8</p>',
    )
  })

  test('removes the indentation of its source, and no white space of a text', () => {
    const element = html`<div>
      <p>${'a\n    b'}</p>
    </div>`
    expect(element.toString()).toBe('<div>\n<p>a\n    b</p>\n</div>')
  })
})

test('shortens long texts', () => {
  expect(shortened('x'.repeat(1e6)).length).toBe(301)
  expect(shortened('short')).toBe('short')
})

test('makes ids of letters, digits and hyphens', () => {
  expect(idOf('"><img src=x>', 2)).toBe('-img-src-x--3')
  expect(escapeHtml(idOf('a b', 0))).toBe('a-b-1')
})
