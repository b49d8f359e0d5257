/** Returns the value of a key that an object has itself; undefined for `constructor` and other inherited keys. */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
