package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whose rows are visible. */
class IdentityTest {

  @Test
  void seesTheRowsOfItsOwnOrganizationOnly() {
    var identity = Identity.of("u-1", "org-1");
    assertThat(identity.sees("org-1")).isTrue();
    assertThat(identity.sees("org-2")).isFalse();
    assertThat(identity.sees(null)).isFalse();
  }

  @Test
  void crossProjectAccessSeesEveryRow() {
    var identity = new Identity("u-1", "org-1", true);
    assertThat(identity.sees("org-2")).isTrue();
    assertThat(identity.sees(null)).isTrue();
  }

  @Test
  void nobodySeesNothing() {
    assertThat(Identity.NONE.sees("org-1")).isFalse();
    assertThat(Identity.NONE.sees(null)).isFalse();
  }
}
