import { isMet, type VerdictRecord, type VerdictValue } from '../../model/verdict.ts'
import { formatInstant } from '../../wording/figures.ts'
import { formatLeaning } from '../format-verdict.ts'
import { verdictText } from '../verdict-text.ts'
import { type Html, html, shortened } from './html.ts'
import type { RunView } from './run-view.ts'

/** A sign for each verdict, so that its colour is not the only difference. */
const SIGNS: Readonly<Record<VerdictValue, string>> = { pass: '✓', fail: '✗', inconclusive: '?', invalid: '!' }

/** Returns a verdict as a label with its sign. */
export function verdictPill(verdict: Pick<VerdictRecord, 'verdict' | 'leaning'>): Html {
  return html`<span class="pill ${verdict.verdict}"
    ><span aria-hidden="true">${SIGNS[verdict.verdict]}</span>${formatLeaning(verdict)}</span
  >`
}

/** Returns a verdict with its evidence, which is folded if the claim is met, and a link to the charts of its result. */
export function verdictCard(verdict: VerdictRecord, { run, results }: RunView): Html {
  const { message, test } = verdict
  const view = results[verdict.result]
  const { claim, evidence } = verdictText(verdict)
  const name = view === undefined || view.name === test ? test : view.name
  const about = [
    `run of ${formatInstant(run.startedAt)}`,
    `target ${run.target}`,
    run.environment.commit === null ? undefined : `commit ${run.environment.commit.slice(0, 12)}`,
  ]
  return html`<article class="card verdict ${verdict.verdict}">
    <header>
      ${verdictPill(verdict)}
      <h3>${shortened(name)}</h3>
    </header>
    <p class="claim">${claim}</p>
    ${
      evidence.length > 0 &&
      html`<details ${!isMet(verdict) && html`open`}>
        <summary>Evidence</summary>
        <ul>
          ${evidence.map((line) => html`<li>${line}</li>`)}
        </ul>
      </details>`
    }
    <pre class="message" hidden>${message}</pre>
    <footer>
      ${view !== undefined && html`<a href="#${view.id}">Charts of this run</a>`}<span class="about muted" hidden
        >${about.filter((each) => each !== undefined).join(', ')}</span
      >
    </footer>
  </article>`
}
