declare module 'solc' {
  const solc: {
    /** Compiles a standard JSON input. */
    compile(input: string): string
  }
  export default solc
}
