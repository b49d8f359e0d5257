// The script of the page. The page contains the source of this one function, so nothing outside it exists there. It is
// JavaScript with types in comments, because `tsconfig.json` beside it checks it against the types of a browser.

/** Adds to the page what needs a script: a common cursor and zoom, toggles, copying and downloads. */
export function pageScript() {
  const SVG = 'http://www.w3.org/2000/svg'

  /**
   * @template {keyof HTMLElementTagNameMap} Name
   * @param {Name} name
   * @param {string} text
   * @param {Record<string, string>} attributes
   * @returns {HTMLElementTagNameMap[Name]}
   */
  function element(name, text = '', attributes = {}) {
    const made = document.createElement(name)
    made.textContent = text
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
    return made
  }

  /**
   * @param {string} text
   * @param {() => void} onClick
   */
  function button(text, onClick) {
    const made = element('button', text, { type: 'button' })
    made.addEventListener('click', onClick)
    return made
  }

  // Legends: each entry shows and hides its series.
  for (const item of document.querySelectorAll('.legend li')) {
    const toggle = element('button', '', { type: 'button', 'aria-pressed': 'true' })
    toggle.append(...item.childNodes)
    item.append(toggle)
    const colour = item.getAttribute('data-colour')
    const marks = item.closest('.chart')?.querySelectorAll(`.area .f-${colour}, .area .s-${colour}`) ?? []
    toggle.addEventListener('click', () => {
      const shown = toggle.getAttribute('aria-pressed') !== 'true'
      toggle.setAttribute('aria-pressed', String(shown))
      for (const mark of marks) mark.setAttribute('visibility', shown ? 'visible' : 'hidden')
    })
  }

  /** @typedef {{ at: number, cells: string[] }} Row */

  /** One chart over time. */
  class TimeChart {
    /** @param {SVGSVGElement} svg */
    constructor(svg) {
      this.svg = svg
      this.from = Number(svg.dataset.from)
      this.to = Number(svg.dataset.to)
      this.unit = svg.dataset.unit ?? ''
      // The part of the image in which the data is drawn.
      this.left = Number(svg.dataset.left)
      this.top = Number(svg.dataset.top)
      this.width = Number(svg.dataset.width)
      this.height = Number(svg.dataset.height)
      this.paths = [...svg.querySelectorAll('g[clip-path] > *')].map((path) => ({
        path,
        own: /** @type {SVGGraphicsElement} */ (path).transform.baseVal.consolidate()?.matrix,
      }))
      this.ticks = [...svg.querySelectorAll('.f-tick-x')]
      this.marks = [...svg.querySelectorAll('path.s-axis')].slice(1)
      this.cursor = svg.appendChild(document.createElementNS(SVG, 'path'))
      this.cursor.setAttribute('class', 'cursor')
      this.brush = svg.appendChild(document.createElementNS(SVG, 'rect'))
      this.brush.setAttribute('class', 'brush')
      this.brush.setAttribute('y', String(this.top))
      this.brush.setAttribute('height', String(this.height))
      const chart = svg.closest('.chart')
      this.shown = [...(chart?.querySelectorAll('.legend b') ?? [])]
      /** @type {Row[]} */
      this.rows = [...(chart?.querySelectorAll('tr[data-x]') ?? [])].map((row) => ({
        at: Number(row.getAttribute('data-x')),
        cells: [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? ''),
      }))
    }

    /** Returns the time under a place of the window. @param {number} clientX @param {View} view */
    timeAt(clientX, view) {
      const { left, width } = this.svg.getBoundingClientRect()
      const x = ((clientX - left) / width) * this.svg.viewBox.baseVal.width
      const share = Math.min(1, Math.max(0, (x - this.left) / this.width))
      return view.from + share * (view.to - view.from)
    }

    /** @param {number} at @param {View} view */
    place(at, view) {
      return this.left + ((at - view.from) / (view.to - view.from)) * this.width
    }

    /** @param {number | undefined} at @param {View} view */
    moveCursor(at, view) {
      const x = at === undefined ? -9 : this.place(at, view)
      const isInside = x >= this.left && x <= this.left + this.width
      this.cursor.setAttribute('d', isInside ? `M${x.toFixed(1)} ${this.top}v${this.height}` : '')
      let nearest = this.rows[0]
      for (const row of this.rows) {
        if (at !== undefined && nearest && Math.abs(row.at - at) < Math.abs(nearest.at - at)) nearest = row
      }
      this.shown.forEach((label, i) => (label.textContent = at === undefined ? '' : (nearest?.cells[i] ?? '')))
    }

    /** @param {View} view */
    zoom(view) {
      const scale = (this.to - this.from) / (view.to - view.from)
      const move = this.left - scale * (this.left + ((view.from - this.from) / (this.to - this.from)) * this.width)
      for (const { path, own } of this.paths) {
        // A symbol keeps its shape.
        const transform = own
          ? `matrix(${own.a},0,0,${own.d},${scale * own.e + move},${own.f})`
          : `matrix(${scale},0,0,1,${move},0)`
        path.setAttribute('transform', transform)
      }
      this.markTime(view)
    }

    /** Moves the marks of the time axis to round times. @param {View} view */
    markTime(view) {
      const span = view.to - view.from
      const step =
        [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60].find(
          (each) => span / each < this.ticks.length,
        ) ?? span / 4
      const first = Math.ceil(view.from / step - 1e-9) * step
      this.ticks.forEach((tick, i) => {
        const at = first + i * step
        const isInside = at <= view.to + step * 1e-6
        const x = this.place(at, view)
        tick.textContent = isInside ? `${Number(at.toPrecision(6))} ${this.unit}` : ''
        tick.setAttribute('transform', `translate(${x.toFixed(1)} ${this.top + this.height + 8})`)
        this.marks[i]?.setAttribute('d', isInside ? `M${x.toFixed(1)} ${this.top + this.height}v4` : '')
      })
    }
  }

  /** @typedef {{ from: number, to: number }} View */

  /** The charts of one result, which share a time axis. @param {Element} group */
  function connectCharts(group) {
    const charts = [...group.querySelectorAll('svg[data-to]')].map(
      (svg) => new TimeChart(/** @type {SVGSVGElement} */ (svg)),
    )
    const [first] = charts
    if (first === undefined) return
    const whole = { from: first.from, to: first.to }
    let view = whole
    /** @type {number | undefined} */
    let at
    const slider = element('input', '', {
      type: 'range',
      min: String(whole.from),
      max: String(whole.to),
      step: String((whole.to - whole.from) / 500),
      value: String(whole.from),
    })
    const shown = element('output')
    /** @param {number | undefined} time */
    const setCursor = (time) => {
      at = time
      if (time !== undefined) slider.value = String(time)
      const text = time === undefined ? '' : `${Number(time.toPrecision(4))} ${first.unit}`
      shown.textContent = text
      slider.setAttribute('aria-valuetext', text)
      for (const chart of charts) chart.moveCursor(time, view)
    }
    /** @param {View} next */
    const setView = (next) => {
      const minLength = (whole.to - whole.from) / 200
      const length = Math.min(whole.to - whole.from, Math.max(minLength, next.to - next.from))
      const from = Math.min(whole.to - length, Math.max(whole.from, next.from))
      view = { from, to: from + length }
      slider.min = String(view.from)
      slider.max = String(view.to)
      for (const chart of charts) chart.zoom(view)
      setCursor(at === undefined ? at : Math.min(view.to, Math.max(view.from, at)))
      out.disabled = reset.disabled = length >= whole.to - whole.from
    }
    /** @param {number} factor */
    const zoomBy = (factor) => {
      const middle = at ?? (view.from + view.to) / 2
      const length = (view.to - view.from) * factor
      setView({ from: middle - length / 2, to: middle + length / 2 })
    }
    const out = button('Zoom out', () => zoomBy(2))
    const reset = button('Whole run', () => setView(whole))
    slider.addEventListener('input', () => setCursor(Number(slider.value)))
    const label = element('label', 'Time')
    label.append(slider, shown)
    const bar = element('div', '', { class: 'timebar', role: 'group', 'aria-label': 'Time of the charts below' })
    bar.append(
      label,
      button('Zoom in', () => zoomBy(0.5)),
      out,
      reset,
    )
    group.before(bar)
    out.disabled = reset.disabled = true
    for (const chart of charts) followPointer(chart)

    /** Moves the cursor with the pointer; a drag selects the time to zoom to. @param {TimeChart} chart */
    function followPointer(chart) {
      /** @type {number | undefined} */
      let start
      chart.svg.addEventListener('pointermove', ({ clientX }) => {
        const time = chart.timeAt(clientX, view)
        setCursor(time)
        if (start !== undefined) drawBrush(start, time)
      })
      chart.svg.addEventListener('pointerdown', ({ clientX, pointerType, pointerId }) => {
        // A finger scrolls the page.
        if (pointerType === 'touch') return
        start = chart.timeAt(clientX, view)
        chart.svg.setPointerCapture(pointerId)
      })
      chart.svg.addEventListener('pointerup', ({ clientX }) => {
        const end = chart.timeAt(clientX, view)
        const from = Math.min(start ?? end, end)
        const to = Math.max(start ?? end, end)
        start = undefined
        drawBrush(0, 0)
        if (to - from > (view.to - view.from) / 50) setView({ from, to })
      })
      chart.svg.addEventListener('pointerleave', () => {
        if (start === undefined) setCursor(undefined)
      })
      chart.svg.addEventListener('dblclick', () => setView(whole))
      /** @param {number} a @param {number} b */
      function drawBrush(a, b) {
        const [from, to] = [chart.place(Math.min(a, b), view), chart.place(Math.max(a, b), view)]
        chart.brush.setAttribute('x', String(from))
        chart.brush.setAttribute('width', String(Math.max(0, to - from)))
      }
    }
  }
  for (const group of document.querySelectorAll('.charts')) {
    // A page of many results opens faster if the script leaves folded ones for later.
    const fold = group.closest('details:not([open])')
    if (fold === null) connectCharts(group)
    else fold.addEventListener('toggle', () => connectCharts(group), { once: true })
  }

  // Charts as files.
  for (const chart of document.querySelectorAll('.chart')) {
    const svg = chart.querySelector('.area svg')
    const details = chart.querySelector('details')
    if (svg === null || details === null) continue
    const save = button('Save SVG', () => {
      const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true))
      for (const own of copy.querySelectorAll('.cursor, .brush')) own.remove()
      const style = document.createElementNS(SVG, 'style')
      style.textContent = document.getElementById('chart-style')?.textContent ?? ''
      const back = document.createElementNS(SVG, 'rect')
      back.setAttribute('class', 'bg')
      back.setAttribute('width', '100%')
      back.setAttribute('height', '100%')
      copy.prepend(style, back)
      saveFile(`${chart.id}.svg`, new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }))
    })
    save.className = 'tools'
    details.before(save)
  }

  // Downloads: without a script, the links give the compressed files.
  for (const link of document.querySelectorAll('a[download]')) {
    const name = (link.getAttribute('download') ?? '').replace(/\.gz$/, '')
    if (link.firstChild) link.firstChild.textContent = name
    link.addEventListener('click', async (event) => {
      event.preventDefault()
      const data = (link.getAttribute('href') ?? '').split(',')[1] ?? ''
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0))
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
      saveFile(name, await new Response(stream).blob())
    })
  }

  /** @param {string} name @param {Blob} blob */
  function saveFile(name, blob) {
    const url = URL.createObjectURL(blob)
    element('a', '', { href: url, download: name }).click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }

  // Verdicts as Markdown.
  const status = document.body.appendChild(element('p', '', { role: 'status', class: 'skip' }))
  for (const verdict of document.querySelectorAll('.verdict')) {
    const copy = button('Copy as Markdown', async () => {
      const text = markdownOf(verdict)
      try {
        await navigator.clipboard.writeText(text)
      } catch {
        copyBySelection(text)
      }
      copy.textContent = 'Copied'
      status.textContent = 'The verdict was copied as Markdown.'
      setTimeout(() => (copy.textContent = 'Copy as Markdown'), 2_000)
    })
    verdict.querySelector('footer')?.append(copy)
  }

  /** @param {Element} verdict */
  function markdownOf(verdict) {
    const message = verdict.querySelector('.message')?.textContent ?? ''
    const fence = '`'.repeat(Math.max(2, ...[...message.matchAll(/`+/g)].map(([ticks]) => ticks.length)) + 1)
    const test = (verdict.querySelector('h3')?.textContent ?? '').replace(/[\\`*_<>[\]#|]/g, '\\$&')
    const value = verdict.querySelector('.pill')?.lastChild?.textContent ?? ''
    const about = verdict.querySelector('.about')?.textContent ?? ''
    return `**${value}: ${test}**\n\n${fence}\n${message}\n${fence}\n\n${about}\n`
  }

  /** Browsers without access to the clipboard still copy a selection. @param {string} text */
  function copyBySelection(text) {
    const area = document.body.appendChild(element('textarea', text, { class: 'skip' }))
    area.select()
    document.execCommand('copy')
    area.remove()
  }

  /** Opens the folded parts around the target of a link. */
  function openTarget() {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null
    for (let fold = target?.closest('details'); fold; fold = fold.parentElement?.closest('details')) fold.open = true
    if (target instanceof HTMLDetailsElement) target.open = true
    target?.scrollIntoView()
  }
  addEventListener('hashchange', openTarget)
  openTarget()
}
