/**
 * The commands of a connection that have come and not begun, in order (docs/protocol/rules.md, W-12).
 *
 * A command begins when there is room for its answer, and no connection works longer than `TURN` milliseconds in a turn of
 * the event loop. What waits is bounded: its connection is not read from meanwhile.
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
  readonly open: () => boolean
  /** More waits than is to be read, or no longer. */
  readonly full: (full: boolean) => void
}

/** The line of one connection. */
export class CommandLine<Message> {
  readonly #options: CommandLineOptions<Message>
  #waiting: ReadonlyArray<Message> = []
  #at = 0
  #length = 0
  #running = false
  #later = false

  constructor(options: CommandLineOptions<Message>) {
    this.#options = options
  }

  /** Takes the commands of a message of this many characters. */
  add(messages: ReadonlyArray<Message>, length: number): void {
    this.#waiting = this.#at === this.#waiting.length ? messages : [...this.#waiting.slice(this.#at), ...messages]
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
      if (message === undefined || !open()) this.#at = this.#waiting.length
      else if (!ready(message)) return
      else if (performance.now() > end) return this.#nextTurn()
      else {
        this.#at++
        begin(message)
      }
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
    if (this.#length > WAITING_MAX) this.#options.full(false)
    this.#length = 0
  }
}
