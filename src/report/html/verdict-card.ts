import { isMet, type VerdictRecord, type VerdictValue } from '../../model/verdict.ts'
import { formatInstant } from '../../wording/figures.ts'
import { formatLeaning } from '../format-verdict.ts'
import { verdictText } from '../verdict-text.ts'
import { isConclusion } from './conclusions.ts'
import { escapeHtml, type Html, html, shortened, trusted } from './html.ts'
import { comparedId, type ResultView, type RunView } from './run-view.ts'

/** A sign for each verdict, so that its colour is not the only difference. */
const SIGNS: Readonly<Record<VerdictValue, string>> = { pass: '✓', fail: '✗', inconclusive: '?', invalid: '!' }

/** Returns a verdict as a label with its sign. */
export function verdictPill(verdict: Pick<VerdictRecord, 'verdict' | 'leaning'>): Html {
  return html`<span class="pill ${verdict.verdict}"
    ><span aria-hidden="true">${SIGNS[verdict.verdict]}</span>${formatLeaning(verdict)}</span
  >`
}

/** Returns the name of the result that a verdict is about; undefined if it concludes a whole suite. */
export function subjectOf(
  verdict: VerdictRecord,
  { run, results }: Pick<RunView, 'run' | 'results'>,
): string | undefined {
  return isConclusion(run, verdict) ? undefined : results[verdict.result]?.name
}

/** Returns the claim of a verdict without the name, where that is shown beside it. */
export function claimAbout(name: string, verdict: VerdictRecord): string {
  const { claim } = verdictText(verdict)
  return claim.startsWith(`${name}: `) ? claim.slice(`${name}: `.length) : claim
}

function chartsLink({ id, result }: ResultView, { compared }: VerdictRecord): Html {
  return compared === undefined || result.comparison === undefined
    ? html`<a href="#${id}">Charts of this run</a>`
    : html`<a href="#${comparedId(id)}">Charts of this comparison</a>`
}

/** Returns a verdict with its evidence, which is folded if the claim is met, and a link to the charts of its result. */
export function verdictCard(verdict: VerdictRecord, { run, results }: RunView): Html {
  const { message, test } = verdict
  const view = results[verdict.result]
  const { evidence } = verdictText(verdict)
  const name = subjectOf(verdict, { run, results }) ?? test
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
    <p class="claim">${claimAbout(name, verdict)}</p>
    ${
      evidence.length > 0 &&
      html`<details ${!isMet(verdict) && html`open`}>
        <summary>Evidence</summary>
        <ul>
          ${evidence.map((line) => html`<li>${line}</li>`)}
        </ul>
      </details>`
    }
    <pre class="message" hidden>${trusted(escapeHtml(message))}</pre>
    <footer>
      ${view !== undefined && chartsLink(view, verdict)}<span class="about muted" hidden
        >${about.filter((each) => each !== undefined).join(', ')}</span
      >
    </footer>
  </article>`
}
