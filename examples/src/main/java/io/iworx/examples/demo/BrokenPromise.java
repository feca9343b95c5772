package io.iworx.examples.demo;

/** Something is not as the platform promises; the message says what. */
final class BrokenPromise extends RuntimeException {
  private final String sentence;

  BrokenPromise(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  String sentence() {
    return sentence;
  }
}
