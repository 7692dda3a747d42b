/**
 * The questions of an emulator, one at a time (docs/protocol/app-rules.md, APP-55). What a person has just done asks at once. What a program
 * wants waits while anything is open, and for a moment after: no button becomes another one under the pointer.
 */
import type { Readable } from "@holdfast/client/model"
import { Store } from "../../ui/store.ts"
import type { Question } from "./question.ts"

/** Milliseconds between an answer and the next question of a program. */
const PAUSE = 1000

/** What a person is asked. */
export class Asking implements Readable<Question | undefined> {
  readonly #open = new Store<Question | undefined>(undefined)
  /** What the program wanted last while something else was asked. */
  #waiting: { readonly question: Question; readonly isWanted: () => boolean } | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  readonly get = (): Question | undefined => this.#open.get()

  readonly subscribe = (listener: () => void): (() => void) => this.#open.subscribe(listener)

  /** Asks about what the person has just done; what a program asked is asked again after it. */
  ask(question: Question): void {
    const open = this.#open.get()
    if (open?._tag === "Clipboard" && question._tag !== "Clipboard") this.#waiting ??= { question: open, isWanted: () => true }
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#open.set(question)
  }

  /** Asks about what a program wants, once nothing else is asked; `isWanted` says whether there is still a question by then. */
  askForProgram(question: Question, isWanted: () => boolean): void {
    if (this.#open.get() === undefined && this.#timer === undefined) this.#open.set(question)
    else this.#waiting = { question, isWanted }
  }

  /** The question that is open was answered. */
  close(): void {
    this.#open.set(undefined)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#next(), PAUSE)
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }

  #next(): void {
    this.#timer = undefined
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting?.isWanted() === true) this.#open.set(waiting.question)
  }
}
