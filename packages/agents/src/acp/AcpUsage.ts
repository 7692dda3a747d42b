/** Tokens and cost of each turn, from what an agent reports of the session as a whole. */
import type { Usage } from "@holdfast/protocol/agent/message"
import { at, numberOf } from "./read-json.ts"

const given = (name: keyof Usage, value: number | undefined): Usage => (value === undefined ? {} : { [name]: value })

/** Keeps the last figures of a session. */
export class AcpUsage {
  #used: number | undefined
  #size: number | undefined
  /** The session's cost so far, and that at the end of the last turn; unknown for a session that was there before. */
  #cost: number | undefined
  #before: number | undefined

  /** `isNew`: nothing was spent yet. */
  constructor(isNew: boolean) {
    this.#before = isNew ? 0 : undefined
  }

  /** Takes a `usage_update`. Zeros are reported after an interrupt and mean nothing. */
  take(update: unknown): void {
    const used = numberOf(at(update, "used"))
    const size = numberOf(at(update, "size"))
    if (used !== undefined && used > 0) this.#used = used
    if (size !== undefined && size > 0) this.#size = size
    const cost = numberOf(at(update, "cost", "amount"))
    const currency = at(update, "cost", "currency") ?? "USD"
    if (cost !== undefined && currency === "USD" && cost >= (this.#cost ?? 0)) this.#cost = cost
  }

  /** The turn's usage; `told` is what the answer to the prompt says of it. */
  end(told: unknown): Usage | undefined {
    const spent = this.#cost === undefined || this.#before === undefined ? undefined : this.#cost - this.#before
    this.#before = this.#cost ?? this.#before
    // After an interrupt some report zeros.
    const tokens = tokensOf(told)
    const usage = {
      ...(tokens.inputTokens === 0 && tokens.outputTokens === 0 ? {} : tokens),
      ...given("cost", spent),
      ...given("contextUsed", this.#used),
      ...given("contextWindow", this.#size),
    }
    return Object.keys(usage).length === 0 ? undefined : usage
  }
}

/** Gemini has other names for some. */
const tokensOf = (told: unknown): Usage => ({
  ...given("inputTokens", numberOf(at(told, "inputTokens") ?? at(told, "input_tokens"))),
  ...given("outputTokens", numberOf(at(told, "outputTokens") ?? at(told, "output_tokens"))),
  ...given("cachedInputTokens", numberOf(at(told, "cachedReadTokens"))),
  ...given("reasoningTokens", numberOf(at(told, "thoughtTokens"))),
})
