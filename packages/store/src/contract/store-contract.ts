/** The store contract as a suite: every driver is run through all of it. */
import { describe } from "vitest"
import { appendRules } from "./append-rules.ts"
import { foldRules } from "./fold-rules.ts"
import { lastingRules } from "./lasting-rules.ts"
import { peopleRules } from "./people-rules.ts"
import { productRules } from "./product-rules.ts"
import { listRules } from "./list-rules.ts"
import { modelRules } from "./model-rules.ts"
import { readRules } from "./read-rules.ts"
import type { Subject } from "./subject.ts"

/** Registers the whole contract for a driver. */
export function storeContract(subject: Subject): void {
  describe(subject.name, () => {
    appendRules(subject)
    readRules(subject)
    listRules(subject)
    productRules(subject)
    peopleRules(subject)
    modelRules(subject)
    foldRules(subject)
    if (subject.lasts) lastingRules(subject)
  })
}
