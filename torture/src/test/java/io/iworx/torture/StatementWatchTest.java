package io.iworx.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Statements are recognised however the bytes come, and also when they are only named. */
class StatementWatchTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private void start(int code, String rest) {
    var body = rest.getBytes(StandardCharsets.UTF_8);
    bytes.writeBytes(ByteBuffer.allocate(8).putInt(8 + body.length).putInt(code).array());
    bytes.writeBytes(body);
  }

  private void message(char type, String... texts) {
    var body = String.join("\0", texts) + "\0";
    var content = body.getBytes(StandardCharsets.UTF_8);
    bytes.write(type);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(4 + content.length).array());
    bytes.writeBytes(content);
  }

  private void conversation() {
    start(80_877_103, "");
    start(196_608, "user\0x\0\0");
    message('p', "password");
    message('Q', "SELECT 1");
    message('P', "S_1", "COMMIT");
    message('B', "", "S_1");
    message('E', "");
    message('B', "", "S_1");
  }

  @Test
  void knowsWhatIsAskedForAtOnce() {
    conversation();
    assertThat(new StatementWatch().in(bytes.toByteArray(), bytes.size()))
        .containsExactly("SELECT 1", "COMMIT", "COMMIT");
  }

  @Test
  void knowsWhatIsAskedForByteByByte() {
    conversation();
    var watch = new StatementWatch();
    List<String> asked = new ArrayList<>();
    for (var single : bytes.toByteArray()) {
      asked.addAll(watch.in(new byte[] {single}, 1));
    }
    assertThat(asked).containsExactly("SELECT 1", "COMMIT", "COMMIT");
  }
}
