package io.iworx.benchmarks.load;

/**
 * The payload of every contender: 600 bytes of JSON, one of 10,000 keys.
 *
 * @param workOrderId the key
 * @param sequence its number among those its publisher publishes, from 0
 * @param sentAt when it was sent or should have been, by {@link System#nanoTime()}, which on one
 *     machine is the same clock for all processes
 * @param text fills it up
 */
public record Order(String workOrderId, long sequence, long sentAt, String text) {
  public static final int BYTES = 600;
  public static final int KEYS = 10_000;

  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz 0123456789";
  private static final String FILL = fill();

  private static String fill() {
    StringBuilder letters = new StringBuilder();
    long state = 1;
    for (int i = 0; i < BYTES; i++) {
      state = state * 6364136223846793005L + 1442695040888963407L;
      letters.append(LETTERS.charAt((int) ((state >>> 33) % LETTERS.length())));
    }
    return letters.toString();
  }

  /** The order with a number, sent at a time; its key follows from the number. */
  public static Order of(long sequence, long sentAt) {
    String key = key(sequence);
    int rest = BYTES - json(key, sequence, sentAt, "").length();
    return new Order(key, sequence, sentAt, FILL.substring(0, rest));
  }

  /** Keys in no particular order, each about as often as any other. */
  static String key(long sequence) {
    long mixed = sequence * 0x9E3779B97F4A7C15L;
    mixed ^= mixed >>> 32;
    return "wo-" + (10_000 + Math.floorMod(mixed, KEYS));
  }

  /** As JSON, for those that are not asked to write it themselves. */
  public String json() {
    return json(workOrderId, sequence, sentAt, text);
  }

  private static String json(String key, long sequence, long sentAt, String text) {
    return "{\"workOrderId\":\""
        + key
        + "\",\"sequence\":"
        + sequence
        + ",\"sentAt\":"
        + sentAt
        + ",\"text\":\""
        + text
        + "\"}";
  }
}
