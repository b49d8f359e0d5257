/**
 * Returns whether loads send each operation once and are not judged (`LOAD_ONCE=1`). An invalid value is an issue of
 * every plan.
 */
export function isOnce(): boolean {
  return process.env['LOAD_ONCE']?.trim() === '1'
}
