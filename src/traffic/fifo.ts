/** What may stand in a `Fifo`: the links are the item's own, so that queueing allocates nothing. */
export interface FifoItem<Item> {
  /** Owned by the queue. */
  previous: Item | undefined
  /** Owned by the queue. */
  next: Item | undefined
}

/** A queue from whose middle an item can leave in constant time. An item stands in one queue at a time. */
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

  shift(): Item | undefined {
    const item = this.#head
    if (item !== undefined) this.remove(item)
    return item
  }

  /** `item` must stand in this queue. */
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
