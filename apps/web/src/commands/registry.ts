/** The commands of the page: each is registered by who can carry it out, for as long as it can. Nothing else binds keys. */
import { Store } from "../ui/store.ts"
import type { Command } from "./command.ts"

const NONE: ReadonlyArray<Command> = Object.freeze([])

/** All commands that there are now. */
export class CommandRegistry {
  readonly #groups = new Map<object, ReadonlyArray<Command>>()
  readonly #all = new Store<ReadonlyArray<Command>>(NONE)

  /** The commands, those that were registered last at the end. */
  get all(): Store<ReadonlyArray<Command>> {
    return this.#all
  }

  /** Replaces the commands of one owner; listeners hear of it when something that is shown differs. */
  register(owner: object, commands: ReadonlyArray<Command>): void {
    const before = this.#groups.get(owner)
    this.#groups.set(owner, commands)
    if (before === undefined || !isShownTheSame(before, commands)) this.#publish()
  }

  /** Takes the commands of an owner off. */
  remove(owner: object): void {
    if (this.#groups.delete(owner)) this.#publish()
  }

  /** A command as it is now, by its id; of several the one for `session`, or else the last that is of no other session. */
  find(id: string, session?: string): Command | undefined {
    const found = this.now().filter((command) => command.id === id)
    const own = found.findLast((command) => command.session === session)
    return own ?? found.findLast((command) => session === undefined || command.session === undefined)
  }

  /** Carries a command out; false when there is none of that id. */
  run(id: string, session?: string): boolean {
    const command = this.find(id, session)
    command?.run()
    return command !== undefined
  }

  /** All commands with what they do at this moment. */
  now(): ReadonlyArray<Command> {
    return [...this.#groups.values()].flat()
  }

  #publish(): void {
    this.#all.set(Object.freeze(this.now()))
  }
}

/** Whether two lists look the same; what they do may differ, as it is looked up when it is done. */
function isShownTheSame(some: ReadonlyArray<Command>, others: ReadonlyArray<Command>): boolean {
  return (
    some.length === others.length &&
    some.every((one, at) => {
      const other = others[at]
      return (
        other !== undefined &&
        one.id === other.id &&
        one.title === other.title &&
        one.when === other.when &&
        one.session === other.session &&
        one.target === other.target &&
        one.keys?.join() === other.keys?.join()
      )
    })
  )
}

/** The commands of this page. */
export const commands = new CommandRegistry()
