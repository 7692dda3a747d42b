/** An ACP agent's program as tests start it. */

/** Command, arguments and the whole environment of an agent that speaks ACP on its standard input and output. */
export interface AcpProgram {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}
