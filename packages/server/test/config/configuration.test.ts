import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { SETTINGS } from "@holdfast/protocol/settings"
import { describeSettings, loadSettings, readConfiguration } from "../../src/config/configuration.ts"
import { configurationFile, dataDirectory, defaultDataDirectory } from "../../src/config/directories.ts"

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-config-"))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const file = (text: string): string => {
  const path = join(directory, `${crypto.randomUUID()}.json`)
  writeFileSync(path, text)
  return path
}

describe("the configuration", () => {
  it("takes file, environment and options, later ones winning, and says where each value came from", () => {
    const environment = {
      HOLDFAST_CONFIG: file('{"port": 1, "host": "::1", "scrollback": 5}'),
      HOLDFAST_PORT: "2",
      HOLDFAST_HOST: "localhost",
    }
    const { values, sources } = loadSettings(environment, { port: 3 })
    expect([values.port, values.host, values.scrollback, values.bodyMax]).toEqual([3, "localhost", 5, SETTINGS.bodyMax.default])
    expect([sources.port, sources.host, sources.scrollback, sources.bodyMax]).toEqual([
      "option",
      "environment",
      "file",
      "default",
    ])
  })

  it("refuses what it does not know or cannot use, naming the setting and its source", () => {
    const cases: ReadonlyArray<readonly [string, string]> = [
      ['{"prot": 1}', "prot is not a setting"],
      ['{"port": "many"}', "configuration file: port must be a whole number"],
      ['{"port": 70000}', "from 0 to 65535"],
      ["[]", "must hold a JSON object"],
      ['{"agents": {"mine": {"comand": "x"}}}', "agents.mine.comand is not known"],
      ["{", "is not JSON"],
    ]
    for (const [text, message] of cases) expect(() => loadSettings({ HOLDFAST_CONFIG: file(text) }, {})).toThrow(message)
    expect(() => loadSettings({ HOLDFAST_CONFIG: "/nonexistent", HOLDFAST_PORT: "x" }, {})).toThrow("HOLDFAST_PORT: port must be")
  })

  it("is empty without a file, and a refusal when the file cannot be read", () => {
    expect(readConfiguration(join(directory, "none.json"))).toEqual({})
    expect(readConfiguration(join(file("{}"), "below-a-file"))).toEqual({})
    const unreadable = join(directory, "a-directory")
    mkdirSync(unreadable)
    expect(() => readConfiguration(unreadable)).toThrow("EISDIR")
    if (process.getuid?.() !== 0) {
      const secret = file("{}")
      chmodSync(secret, 0)
      expect(() => readConfiguration(secret)).toThrow("EACCES")
    }
  })

  it("masks secrets when it is shown", () => {
    const shown = describeSettings(
      loadSettings(
        { HOLDFAST_CONFIG: "/nonexistent", HOLDFAST_TOKEN: "canary", HOLDFAST_STORE: "postgres://me:canary@db/x" },
        {},
      ),
    )
    expect(JSON.stringify(shown)).not.toContain("canary")
    expect(shown.map(({ name }) => name)).toEqual(Object.keys(SETTINGS))
    expect(shown.find(({ name }) => name === "token")).toMatchObject({ value: "********", source: "environment" })
  })

  it("finds the platform's directories", () => {
    expect(configurationFile({ XDG_CONFIG_HOME: "/x" })).toBe("/x/holdfast/config.json")
    expect(configurationFile({})).toBe(join(homedir(), ".config/holdfast/config.json"))
    expect(defaultDataDirectory({ XDG_DATA_HOME: "/x" }, "linux")).toBe("/x/holdfast")
    expect(defaultDataDirectory({}, "darwin")).toContain("Application Support")
    expect(dataDirectory({ data: "/y" }, {})).toBe("/y")
  })
})
