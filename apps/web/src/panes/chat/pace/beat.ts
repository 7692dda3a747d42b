/**
 * When a pane paints what has changed (docs/protocol/app-rules.md, APP-35): the one that has the focus in every frame, others that
 * are seen on one common beat, those that are not seen when they are seen again. Nothing is lost: a pane reads what is so when it paints.
 */

/** Milliseconds of the beat: every sixth frame of 60 a second. */
const BEAT = 90

/** Panes that are seen at once, from which on the focused one keeps to the beat too: painting them is what costs. */
const MANY = 10

const seen = new Set<Pace>()
const waiting = new Set<Pace>()
let isSet = false

function beat(): void {
  isSet = false
  const due = [...waiting]
  waiting.clear()
  for (const pace of due) pace.flush()
}

function join(pace: Pace): void {
  waiting.add(pace)
  if (isSet) return
  isSet = true
  setTimeout(() => requestAnimationFrame(beat), BEAT)
}

/** How a pane is seen. */
export interface Sight {
  readonly isFocused: boolean
  readonly isSeen: boolean
}

/** The pace of one pane. */
export class Pace {
  #sight: Sight = { isFocused: false, isSeen: false }
  readonly #due = new Set<() => void>()

  /** Says how the pane is seen from now on; what it has missed is painted. */
  set(sight: Sight): void {
    this.#sight = sight
    if (sight.isSeen) seen.add(this)
    else seen.delete(this)
    if (sight.isSeen) this.flush()
  }

  /** The pane is gone. */
  end(): void {
    seen.delete(this)
    waiting.delete(this)
    this.#due.clear()
  }

  /** Calls `listener` when the pane is to paint next: now, on the beat, or when it is seen. */
  tell(listener: () => void): void {
    const { isFocused, isSeen } = this.#sight
    if (isFocused && isSeen && seen.size < MANY) return listener()
    this.#due.add(listener)
    if (isSeen) join(this)
  }

  /** What was not painted for a listener is not wanted any more. */
  forget(listener: () => void): void {
    this.#due.delete(listener)
  }

  /** Paints now. */
  flush(): void {
    const due = [...this.#due]
    this.#due.clear()
    for (const listener of due) listener()
  }
}
