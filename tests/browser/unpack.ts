/** Finds the browser once before the tests, and unpacks it where that was not done yet. */
import type { TestProject } from "vitest/node"
import { chromiumProgram } from "@holdfast/testkit/chromium-program"

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the browser's program; `undefined` where no setup has looked for it. */
    chromium: string | undefined
  }
}

/** Finds a browser that starts and gives its path to the tests as `chromium`. */
export async function setup(project: TestProject): Promise<void> {
  project.provide("chromium", await chromiumProgram())
}
