import type { RunRecord } from '../../model/record.ts'
import { formatCount, formatInstant } from '../../wording/figures.ts'
import { answer } from './answer.ts'
import { pageScript } from './browser/page-script.js'
import { otherwiseFailed } from '../failed-tests.ts'
import { conclusionOf } from './conclusions.ts'
import { htmlDocument } from './document.ts'
import { type Html, html, shortened } from './html.ts'
import { byStanding, type RunView, runView } from './run-view.ts'
import { sections } from './sections/registry.ts'

export { latencyImageOf } from './latency-image.ts'

/** Renders the page of these runs, and of earlier runs of other suites. */
export function reportPage(runs: readonly RunRecord[], earlier: readonly RunRecord[]): string {
  const now = runs.map((run, i) => runView(run, i, false))
  const others = earlier.map((run, i) => earlierPart(run, runs.length + i))
  const views = [...now, ...others.flatMap(({ view }) => view ?? [])]
  const script = `(${pageScript.toString()})()`
  const body = html`<a class="skip" href="#main">Skip to the verdicts</a>
    <header class="top">
      <div class="wide">
        <h1>Load test report</h1>
        <p class="muted small">${headOf(now)}</p>
      </div>
    </header>
    ${views.length > 1 && navigation(views)}
    <main class="wide" id="main">
      ${answer(now)} ${now.map(runPart)} ${others.map(({ part }) => part)}
      <footer class="end">Written by describe-load. This file works offline.</footer>
    </main>`
  return htmlDocument({ title: 'Load test report', body, script })
}

/** Number of targets that the head names. */
const MAX_TARGETS = 3

function headOf(views: readonly RunView[]): string {
  const starts = views.map(({ run }) => run.startedAt).toSorted()
  const targets = [...new Set(views.map(({ run }) => run.target))]
  const shown = targets.length <= MAX_TARGETS ? targets.join(', ') : `${formatCount(targets.length)} targets`
  return `${formatInstant(starts[0] ?? '')}, ${shown}`
}

function navigation(views: readonly RunView[]): Html {
  const items = views.map(
    ({ id, title, run, isEarlier }) =>
      html`<li>
        <a href="#${id}"
          ><span class="${stateOf(run)}"><span class="dot" aria-hidden="true">●</span></span>
          ${title}${isEarlier && html` <time datetime="${run.startedAt}">${formatInstant(run.startedAt)}</time>`}</a
        >
      </li>`,
  )
  return html`<nav class="runs" aria-label="Runs">
    <ul class="wide">
      ${items}
    </ul>
  </nav>`
}

function stateOf(run: RunRecord): string {
  if (otherwiseFailed(run).length > 0) return 'fail'
  return run.verdicts.toSorted(byStanding)[0]?.verdict ?? 'none'
}

/** Returns the part of an earlier run, which any version or any other program may have written. */
function earlierPart(run: RunRecord, index: number): { readonly view?: RunView; readonly part: Html } {
  try {
    const view = runView(run, index, true)
    return { view, part: runPart(view) }
  } catch {
    return {
      part: html`<section class="run">
        <h2>${shortened(run.suite)}</h2>
        <p>This version of describe-load cannot show the file of this suite in this folder.</p>
      </section>`,
    }
  }
}

function runPart(view: RunView): Html {
  const { id, title, run, isEarlier } = view
  const sentence = conclusionOf(run)?.sentence
  const parts = sections.flatMap((section) => {
    const content = section.render(view)
    return content === undefined
      ? []
      : [
          html`<div class="block" id="${id}-${section.id}">
            <h3>${section.title}</h3>
            ${content}
          </div>`,
        ]
  })
  return html`<section class="run" id="${id}">
    <h2>${title}</h2>
    ${isEarlier && html`<p class="muted">Earlier run of <time datetime="${run.startedAt}">${formatInstant(run.startedAt)}</time>, from its file in this folder.</p>`}
    ${run.endedEarly !== undefined && html`<p><strong>Ended early</strong> (${shortened(run.endedEarly)}): the figures cover the time until then.</p>`}
    ${sentence !== undefined && html`<p>${sentence}</p>`} ${parts}
  </section> `
}
