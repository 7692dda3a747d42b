import { defineConfig } from "vitest/config"

const beside = (folders: ReadonlyArray<string>, kind: string) =>
  folders.flatMap((folder) => [`${folder}/src/**/*${kind}.test.ts`, `${folder}/test/**/*${kind}.test.ts`])

const packages = ["packages/*", "apps/*", "testkit", "bench"]
const special = ["contract", "system", "browser", "faults"]

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: beside(packages, ""),
          exclude: ["**/node_modules/**", "**/dist/**", ...special.flatMap((kind) => beside(packages, `.${kind}`))]
        }
      },
      ...special.map((name) => ({
        test: {
          name,
          include: [...beside(packages, `.${name}`), `tests/${name}/**/*.test.ts`],
          testTimeout: name === "faults" ? 300_000 : 60_000,
          hookTimeout: 60_000
        }
      }))
    ]
  }
})
