package io.iworx.server;

/** Ends a command: the sentence goes to standard error, the exit code to the shell. */
public final class CommandException extends RuntimeException {
  /** What the user gave or the machine has does not allow the command. */
  public static final int UNUSABLE = 2;

  /** The command ran and did not succeed. */
  public static final int FAILED = 1;

  private final int exitCode;
  private final String sentence;

  private CommandException(int exitCode, String sentence, Throwable cause) {
    super(sentence, cause);
    this.sentence = sentence;
    this.exitCode = exitCode;
  }

  private CommandException(int exitCode, String sentence) {
    super(sentence);
    this.sentence = sentence;
    this.exitCode = exitCode;
  }

  /** The command cannot do its work as things are; exit code {@value #UNUSABLE}. */
  public static CommandException unusable(String sentence) {
    return new CommandException(UNUSABLE, sentence);
  }

  /** The same, with what made it so. */
  public static CommandException unusable(String sentence, Throwable cause) {
    return new CommandException(UNUSABLE, sentence, cause);
  }

  /** The command did its work and the outcome is not what was asked; exit code {@value #FAILED}. */
  public static CommandException failed(String sentence) {
    return new CommandException(FAILED, sentence);
  }

  /** What to tell the user; also the message. */
  public String sentence() {
    return sentence;
  }

  public int exitCode() {
    return exitCode;
  }
}
