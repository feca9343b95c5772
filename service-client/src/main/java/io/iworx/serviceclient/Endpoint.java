package io.iworx.serviceclient;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a method of a typed client calls; {@link ServiceClient#as} makes the client.
 *
 * {@snippet :
 * interface Assets {
 *   @Endpoint("GET /assets/{id}")
 *   Outcome<Asset> find(String id);
 *
 *   @Endpoint("GET /assets?type={type}&page={page}")
 *   List<Asset> ofType(String type, int page);
 *
 *   @Endpoint("PUT /assets/{id}")
 *   void change(String id, Asset asset);
 * }
 * }
 *
 * <p>The parameters fill the places in their order, each encoded so that it can only be one segment
 * or one query value; where the compiler kept their names ({@code -parameters}), names and places
 * must agree. One parameter more, at the end, is the body. Return {@code Outcome<T>} for the
 * outcome as a value; {@code T} or {@code void} for the body or a {@link CallFailedException};
 * {@code Call<T>} for a call that is not made yet, to give it a key, a header or a timeout.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Endpoint {

  /** Method and path: {@code GET /assets/{id}/history?page={page}}. */
  String value();
}
