/**
 * The machinery behind the public types: eager execution and the search for backends.
 *
 * <p>Not exported. Code moves here when no application and no backend should be able to call it,
 * and may change in any release. Public types must not show these classes in their signatures.
 */
@NullMarked
package dev.mycel.core.internal;

import org.jspecify.annotations.NullMarked;
