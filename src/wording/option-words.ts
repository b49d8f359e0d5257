/** A remedy for someone who writes a plan, and for someone who uses the command. */
interface OptionWords {
  readonly plan: string
  readonly command: string
}

let isCommand = false

/** From now on, the remedies of this process name the flags of the command instead of plan keys. */
export function nameOptionsAsFlags(): void {
  isCommand = true
}

export function optionWords({ plan, command }: OptionWords): string {
  return isCommand ? command : plan
}

/** Returns the options that set the ceiling of the rate. */
export function ceilingOptions(): string {
  return optionWords({ plan: 'LOAD_MAX_RPS, LOAD_RATE, maxRps', command: '--max-rps, -r' })
}
