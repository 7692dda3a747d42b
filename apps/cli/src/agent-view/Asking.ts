/**
 * Whether a key answers a permission request (docs/protocol/rules.md, P-5).
 *
 * A request takes keys only when it has stood on the screen for a moment in which nothing was typed, and only while
 * nothing is being composed; Tab goes to it and back at any time. Then one key that came alone answers: a number or the
 * letter that is shown. Enter alone never answers, pasted text never does, and what was typed ahead is text.
 */
import { suggestionsFor } from "@holdfast/core/agent/rule-words"
import type { AnswerPermission, PermissionDetail, PermissionOption, PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { EditorKey } from "./KeyReader.ts"

/** Milliseconds a request stands untouched before a key counts. */
export const QUIET = 800

/** Letters by kind of option. */
const LETTERS: Readonly<Record<PermissionOption["kind"], string>> = {
  allow_once: "y",
  allow_always: "a",
  reject_once: "n",
  reject_always: "x",
}

/** An option with the keys that choose it. */
export interface Choice {
  readonly keys: ReadonlyArray<string>
  readonly label: string
  readonly answer: AnswerPermission
}

/** Letters of the rules that are offered, from one thing to everything. */
const RULE_LETTERS: Readonly<Record<string, string>> = { command: "c", file: "c", commands: "m", directory: "m", tool: "s" }

/** The key that shows all of a request. */
export const VIEW_KEY = "v"

/** What a key does: answers, shows all of the request, changes what is shown, or belongs to the text that is composed. */
export type Asked =
  | { readonly _tag: "View" }
  | { readonly _tag: "Answer"; readonly answer: AnswerPermission }
  | { readonly _tag: "Shown" }
  | { readonly _tag: "Text" }

const isAllow = ({ kind }: PermissionOption): boolean => kind === "allow_once" || kind === "allow_always"

/**
 * The keys of a request about a tool or a plan: numbers for all options, letters where a kind is there once, and letters that
 * allow it and make a rule for the session, from exactly this to every use of the tool (P-4).
 */
export function choicesOf(request: PermissionRequest): ReadonlyArray<Choice> {
  const { options } = request
  const choices = options.slice(0, 9).map((option, i): Choice => {
    const alone = options.filter((other) => other.kind === option.kind).length === 1
    return {
      keys: [String(i + 1), ...(alone ? [LETTERS[option.kind]] : [])],
      label: option.label,
      answer: { optionId: option.id },
    }
  })
  const allow = options.find((option) => option.kind === "allow_once")
  if (allow === undefined) return choices
  const rules = suggestionsFor(request).map(({ label, covers }): Choice => {
    const remember = { scope: "session", ...(covers === undefined ? {} : { covers }) } as const
    const key = RULE_LETTERS[covers?.type ?? "tool"] ?? ""
    return { keys: [key], label: `Allow in this session: ${label}`, answer: { optionId: allow.id, remember } }
  })
  return [...choices, ...rules]
}

/** The request that is on the screen, and how it is being answered. */
export class Asking {
  #request: PermissionRequest | undefined
  #detail: PermissionDetail | undefined
  #quietSince = 0
  #chosen = false
  #left = false
  #answers: Record<string, string> = {}
  #picked = new Set<number>()

  get request(): PermissionRequest | undefined {
    return this.#request
  }

  /** All of the request, once it was fetched. */
  get detail(): PermissionDetail | undefined {
    return this.#detail
  }

  /** Takes all of a request; that of another one is left out. */
  learn(detail: PermissionDetail): void {
    if (detail.request.id === this.#request?.id) this.#detail = detail
  }

  /** Which question of the request is asked now; undefined when it asks none. */
  get question() {
    const { questions = [] } = this.#request ?? {}
    return questions.find(({ question }) => !(question in this.#answers))
  }

  /** Choices of the present question that were picked, from 0. */
  get picked(): ReadonlySet<number> {
    return this.#picked
  }

  /** Shows the oldest open request, or none; the same one stays as it is. */
  show(request: PermissionRequest | undefined, now: number): void {
    if (request?.id === this.#request?.id) return
    this.#request = request
    this.#detail = undefined
    this.#quietSince = now
    this.#chosen = this.#left = false
    this.#answers = {}
    this.#picked = new Set()
  }

  /** Whether a key would answer now. `composing`: there is text in the prompt. */
  takesKeys(now: number, composing: boolean): boolean {
    if (this.#request === undefined || this.#left) return false
    return this.#chosen || (!composing && now - this.#quietSince >= QUIET)
  }

  /** Milliseconds until a key counts, if nothing is typed; 0 when it does, undefined when it will not. */
  readyIn(now: number, composing: boolean): number | undefined {
    if (this.#request === undefined || this.#left || composing) return undefined
    return Math.max(0, this.#quietSince + QUIET - now)
  }

  /** Takes a key. */
  key(key: EditorKey, now: number, composing: boolean): Asked {
    if (this.#request === undefined) return { _tag: "Text" }
    const takes = this.takesKeys(now, composing)
    const waited = now - this.#quietSince
    this.#quietSince = takes ? this.#quietSince : now
    if (key._tag === "Named" && key.name === "tab") {
      // A Tab that was typed ahead of the request is none for it.
      if (!takes && waited < QUIET) return { _tag: "Shown" }
      this.#left = takes
      this.#chosen = !takes
      return { _tag: "Shown" }
    }
    const asked = this.#taken(this.#request, key, takes)
    // Who continues typing composes.
    if (asked._tag === "Text") this.#chosen = false
    return asked
  }

  #taken(request: PermissionRequest, key: EditorKey, takes: boolean): Asked {
    if (!takes || key._tag === "Paste" || key.batch > 1) return { _tag: "Text" }
    if (key._tag === "Named") {
      if (key.name === "enter") return this.#confirm()
      if (key.name !== "escape") return { _tag: "Text" }
      this.#left = true
      return { _tag: "Shown" }
    }
    if (key.text === VIEW_KEY) return { _tag: "View" }
    return this.question === undefined ? this.#choose(request, key.text) : this.#pick(request, key.text)
  }

  #choose(request: PermissionRequest, text: string): Asked {
    const choice = choicesOf(request).find(({ keys }) => keys.includes(text))
    if (choice === undefined) return { _tag: "Text" }
    // No one allows what could not be seen to its end: the key shows it first (P-19).
    const unseen = request.subjectBytes !== undefined && this.#detail === undefined
    const allows = request.options.some((option) => option.id === choice.answer.optionId && isAllow(option))
    return unseen && allows ? { _tag: "View" } : { _tag: "Answer", answer: choice.answer }
  }

  #pick(request: PermissionRequest, text: string): Asked {
    const { question } = this
    const reject = request.options.find((option) => !isAllow(option))
    if (text === "n" && reject !== undefined) return { _tag: "Answer", answer: { optionId: reject.id } }
    const at = /^[1-9]$/.test(text) ? Number(text) - 1 : -1
    if (question === undefined || question.choices[at] === undefined) return { _tag: "Text" }
    if (question.multiple === true) {
      if (!this.#picked.delete(at)) this.#picked.add(at)
      return { _tag: "Shown" }
    }
    this.#picked = new Set([at])
    return this.#answered(request)
  }

  /** Enter confirms what was picked of several, and nothing else. */
  #confirm(): Asked {
    if (this.#request === undefined || this.question?.multiple !== true || this.#picked.size === 0) return { _tag: "Shown" }
    return this.#answered(this.#request)
  }

  #answered(request: PermissionRequest): Asked {
    const { question } = this
    if (question !== undefined) {
      const labels = [...this.#picked].sort((a, b) => a - b).map((at) => question.choices[at]?.label ?? "")
      this.#answers = { ...this.#answers, [question.question]: labels.join(", ") }
    }
    this.#picked = new Set()
    const allow = request.options.find(isAllow)
    if (this.question !== undefined || allow === undefined) return { _tag: "Shown" }
    return { _tag: "Answer", answer: { optionId: allow.id, answers: this.#answers } }
  }
}
