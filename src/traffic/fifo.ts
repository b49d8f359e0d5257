/** An item that a `Fifo` can contain. The item stores the links, so that queueing allocates nothing. */
export interface FifoItem<Item> {
  /** Written only by the queue. */
  previous: Item | undefined
  /** Written only by the queue. */
  next: Item | undefined
}

/** A queue that removes items from the middle in constant time. An item can be in only one queue at a time. */
export class Fifo<Item extends FifoItem<Item>> {
  #head: Item | undefined
  #tail: Item | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get head(): Item | undefined {
    return this.#head
  }

  push(item: Item): void {
    item.previous = this.#tail
    item.next = undefined
    if (this.#tail === undefined) this.#head = item
    else this.#tail.next = item
    this.#tail = item
    this.#size++
  }

  /** Adds an item before all others. */
  unshift(item: Item): void {
    item.previous = undefined
    item.next = this.#head
    if (this.#head === undefined) this.#tail = item
    else this.#head.previous = item
    this.#head = item
    this.#size++
  }

  shift(): Item | undefined {
    const item = this.#head
    if (item !== undefined) this.remove(item)
    return item
  }

  /** `item` must be in this queue. */
  remove(item: Item): void {
    if (item.previous === undefined) this.#head = item.next
    else item.previous.next = item.next
    if (item.next === undefined) this.#tail = item.previous
    else item.next.previous = item.previous
    item.previous = undefined
    item.next = undefined
    this.#size--
  }
}
