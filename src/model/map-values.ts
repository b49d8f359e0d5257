/** Returns a record with the same names, whose values `map` returns. */
export function mapValues<Value, Mapped = Value>(
  values: Readonly<Record<string, Value>>,
  map: (value: Value) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]))
}
