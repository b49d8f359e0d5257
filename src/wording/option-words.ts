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
