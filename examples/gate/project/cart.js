const products = Array.from({ length: 200 }, (_, number) => ({ name: `product ${number}`, price: 100 + number }))
const prices = new Map(products.map(({ name, price }) => [name, price]))

/** Returns the lines of a large cart with their prices, and the total. */
export function priceCart() {
  const lines = []
  for (let number = 0; number < 4_000; number++) {
    const { name } = products[(number * 7) % products.length]
    const price = prices.get(name)
    lines.push({ name, price, tax: Math.round(price * 0.19) })
  }
  return { lines, total: lines.reduce((sum, { price, tax }) => sum + price + tax, 0) }
}
