/**
 * A chart as data: what a chart file returns, and what the SVG image, its legend and the table behind it are made from.
 */
export interface Chart {
  readonly title: string
  /** Describes in one sentence what the chart shows, for screen readers and for the caption. */
  readonly about: string
  readonly x: Axis
  readonly y: Axis
  /** Position of each value of a series on the x-axis; `null` values of a series have no mark there. */
  readonly xs: readonly number[]
  readonly series: readonly Series[]
  /** Lines across the chart, such as a limit of the service level. */
  readonly lines?: readonly Line[]
  /** Draws each series on top of those before it. The table has the separate values. */
  readonly stacked?: boolean
  /** Width of the time that a value covers, in units of the x-axis: draws steps instead of slopes. */
  readonly stepWidth?: number
  /** The x-axis is the time of a run, so that its charts share one cursor and one zoom. */
  readonly isTime?: boolean
  /** Names on the x-axis instead of numbers; `xs` are their positions. */
  readonly names?: readonly string[]
}

export interface Axis {
  /** Name with the unit, such as `response time, ms`. */
  readonly name: string
  /** Unit of the values, if the axis is the time of a run. */
  readonly unit?: string
  readonly min?: number
  readonly max?: number
  /** Distance of the marks on the axis; default: chosen by the size of the chart. */
  readonly every?: number
  readonly log?: boolean
  /** Has marks at whole numbers only. */
  readonly whole?: boolean
  /** Formats a value on the axis. */
  readonly tick: (value: number) => string
  /** Formats a value in the table; default `tick`. */
  readonly format?: (value: number) => string
}

export interface Series {
  readonly name: string
  /** Name of its colour; different for each series of a chart. */
  readonly colour: Colour
  /** `ranges`: a vertical line from each value to the one at the same place of `highs`. */
  readonly shape: 'line' | 'area' | 'points' | 'bars' | 'ranges'
  readonly dashed?: boolean
  readonly values: readonly (number | null)[]
  readonly highs?: readonly (number | null)[]
}

export interface Line {
  /** Shown at the line: `SLO 250 ms`. */
  readonly name: string
  readonly axis: 'x' | 'y'
  readonly at: number
  readonly colour: Colour
}

/** Colours of data by name; `style.ts` has their values for light and dark. */
export const COLOURS = [
  'c1',
  'c2',
  'c3',
  'c4',
  'c5',
  'c6',
  'c7',
  'c8',
  'p50',
  'p90',
  'p95',
  'p99',
  'limit',
  'mark',
  'pass',
  'fail',
  'inconclusive',
  'invalid',
] as const

export type Colour = (typeof COLOURS)[number]

/** Colours of series without a meaning, in the order in which a chart uses them. */
const NEUTRAL = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8'] as const satisfies readonly Colour[]

/** Number of series that colours distinguish. */
export const MAX_SERIES: number = NEUTRAL.length

export function neutralColour(index: number): Colour {
  return NEUTRAL[index % NEUTRAL.length] ?? 'c1'
}
