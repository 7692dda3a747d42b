/**
 * The commands of a connection that have come and not begun, in order (docs/protocol/rules.md, W-12).
 *
 * A command begins when there is room for its answer, and no connection works longer than `TURN` milliseconds in a turn of
 * the event loop. One that waits for room holds up only what reads: what changes something overtakes it, so that an agent
 * can be stopped while a slow answer is on its way. What waits is bounded: its connection is not read from meanwhile.
 */

/** Milliseconds of a turn for the commands of one connection, after which others have theirs. */
const TURN = 10

/** Characters of messages whose commands wait, beyond which the socket is not read. */
const WAITING_MAX = 256 * 1024

/** What a line asks of its connection. */
export interface CommandLineOptions<Message> {
  /** Whether this command may begin now; `wake` is called when that may have changed. */
  readonly ready: (message: Message) => boolean
  readonly begin: (message: Message) => void
  /** Whether this command need not wait for those before it. */
  readonly overtakes: (message: Message) => boolean
  readonly open: () => boolean
  /** More waits than is to be read, or no longer. */
  readonly full: (full: boolean) => void
}

/** The line of one connection. */
export class CommandLine<Message> {
  readonly #options: CommandLineOptions<Message>
  /** A command that overtook others leaves a hole. */
  #waiting: Array<Message | undefined> = []
  #at = 0
  /** What is before this place and waits overtakes nothing. */
  #looked = 0
  #length = 0
  #running = false
  #later = false

  constructor(options: CommandLineOptions<Message>) {
    this.#options = options
  }

  /** Takes the commands of a message of this many characters. */
  add(messages: ReadonlyArray<Message>, length: number): void {
    this.#waiting = [...this.#waiting.slice(this.#at), ...messages]
    this.#looked = Math.max(0, this.#looked - this.#at)
    this.#at = 0
    this.#length += length
    this.wake()
  }

  /** Begins what may begin. */
  wake(): void {
    // What a command does at once may end another: then the loop below is still at it.
    if (this.#running || this.#later || this.#at === this.#waiting.length) return
    this.#running = true
    this.#run()
    this.#running = false
    if (this.#at === this.#waiting.length) this.#empty()
    else if (this.#length > WAITING_MAX) this.#options.full(true)
  }

  #run(): void {
    const { begin, open, ready } = this.#options
    const end = performance.now() + TURN
    while (this.#at < this.#waiting.length) {
      const message = this.#waiting[this.#at]
      if (!open()) this.#at = this.#waiting.length
      else if (message === undefined) this.#at++
      else if (!ready(message)) return this.#overtake(end)
      else if (performance.now() > end) return this.#nextTurn()
      else {
        this.#at++
        begin(message)
      }
    }
  }

  /** Begins what need not wait for the command that is next. */
  #overtake(end: number): void {
    const { begin, open, overtakes, ready } = this.#options
    this.#looked = Math.max(this.#looked, this.#at)
    for (; this.#looked < this.#waiting.length && open(); this.#looked++) {
      const message = this.#waiting[this.#looked]
      if (message === undefined || !overtakes(message)) continue
      if (!ready(message)) return
      if (performance.now() > end) return this.#nextTurn()
      this.#waiting[this.#looked] = undefined
      begin(message)
    }
  }

  #nextTurn(): void {
    this.#later = true
    setImmediate(() => {
      this.#later = false
      this.wake()
    })
  }

  #empty(): void {
    this.#waiting = []
    this.#at = 0
    this.#looked = 0
    if (this.#length > WAITING_MAX) this.#options.full(false)
    this.#length = 0
  }
}
