import { describe, expect, it } from "vitest"
import { serveOptions } from "../src/serve-options.ts"

const none = { port: undefined, host: undefined, data: undefined, store: undefined, quiet: false }

describe("options of serve read without the command library", () => {
  it("are read from a plain call, with and without the command's name", () => {
    expect(serveOptions([])).toEqual(none)
    expect(serveOptions(["serve"])).toEqual(none)
    expect(serveOptions(["serve", "--port", "0", "--data=/tmp/x", "--quiet"])).toEqual({
      ...none,
      port: 0,
      data: "/tmp/x",
      quiet: true,
    })
  })

  it("are left to the library when anything about them is unusual", () => {
    for (const rest of [["--help"], ["-p", "1"], ["--port", "x"], ["--port", "-1"], ["--port"], ["extra"], ["--no-quiet"]])
      expect(serveOptions(["serve", ...rest])).toBeUndefined()
    expect(serveOptions(["serve", "--port", "1", "--port", "2"])).toBeUndefined()
    expect(serveOptions(["ls"])).toBeUndefined()
    expect(serveOptions(["--version"])).toBeUndefined()
    expect(serveOptions(["--data", "/tmp/x"])).toBeUndefined()
  })
})
