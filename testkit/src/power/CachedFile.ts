/**
 * One file as the page cache has it and as the disk has it.
 *
 * A successful sync brings every dirty page to the disk. A failed one leaves each at random there or not, and all of them
 * clean: the next sync says nothing of them (Linux since 4.13, ext4 and XFS; "PostgreSQL's fsync() surprise", LWN 752063).
 * The cache keeps what was written, so a later write to the same page brings all of it again.
 */

const PAGE = 4096
const SECTOR = 512

/** How a simulated disk chooses. */
export interface Chance {
  readonly random: () => number
  /** Probability that a page which a failed sync covered reached the disk anyway. */
  readonly survives: number
}

/** Bytes that grow. */
class Bytes {
  size = 0
  #bytes = Buffer.alloc(PAGE)

  write(offset: number, data: Uint8Array): void {
    this.resize(Math.max(this.size, offset + data.length))
    this.#bytes.set(data, offset)
  }

  resize(size: number): void {
    if (size > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(size, 2 * this.#bytes.length))
      this.#bytes.copy(grown, 0, 0, this.size)
      this.#bytes = grown
    }
    if (size < this.size) this.#bytes.fill(0, size, this.size)
    this.size = size
  }

  slice(from: number, to: number): Buffer {
    return this.#bytes.subarray(Math.min(from, this.size), Math.min(to, this.size))
  }

  copy(): Bytes {
    const made = new Bytes()
    made.write(0, this.slice(0, this.size))
    return made
  }
}

/** A file under a simulated power cut. */
export class CachedFile {
  readonly #cache = new Bytes()
  #disk = new Bytes()
  readonly #dirty = new Set<number>()
  #shrunk = false

  write(offset: number, data: Uint8Array): void {
    if (data.length === 0) return
    // What lies between the old end and the write is written with it.
    const from = Math.min(offset, this.#cache.size)
    this.#cache.write(offset, data)
    for (let page = Math.floor(from / PAGE); page * PAGE < offset + data.length; page++) this.#dirty.add(page)
  }

  truncate(size: number): void {
    if (size < this.#cache.size) this.#shrunk = true
    this.#cache.resize(size)
    for (const page of this.#dirty) if (page * PAGE >= size) this.#dirty.delete(page)
  }

  /** All of it is on the disk now. */
  synced(): void {
    for (const page of this.#dirty) this.#bring(page)
    this.#disk.resize(this.#cache.size)
    this.#settled()
  }

  /** The sync failed: what was dirty is clean, on the disk or not. */
  failed({ random, survives }: Chance): void {
    for (const page of this.#dirty) if (random() < survives) this.#bring(page)
    this.#settled()
  }

  /** The system writes some dirty pages by itself. */
  writeBack(random: () => number): void {
    for (const page of this.#dirty) {
      if (random() < 0.5) continue
      this.#bring(page)
      this.#dirty.delete(page)
    }
  }

  #settled(): void {
    this.#dirty.clear()
    this.#shrunk = false
  }

  #bring(page: number): void {
    this.#disk.write(page * PAGE, this.#cache.slice(page * PAGE, (page + 1) * PAGE))
  }

  /** What is on the disk after the power was cut now: of what was not synced, all, nothing, or any sectors. */
  afterCut(random: () => number): Buffer {
    const left = this.#disk.copy()
    const share = [0, 1, random()][Math.floor(random() * 3)] ?? 0
    if (this.#shrunk && random() < 0.5) left.resize(Math.min(left.size, this.#cache.size))
    for (const page of this.#dirty) {
      if (random() >= share) continue
      const torn = random() < 0.3
      for (let sector = 0; sector < PAGE; sector += SECTOR) {
        const at = page * PAGE + sector
        if (!torn || random() < 0.5) left.write(at, this.#cache.slice(at, at + SECTOR))
      }
    }
    return left.slice(0, left.size)
  }
}
