# Sourced by mvnw and iworx: exports JAVA_HOME of a JDK 25 or newer, or says how to get one and exits 2.
# Order: JAVA_HOME, the java on PATH, then the usual folders of Linux and macOS (the newest wins).

IWORX_MIN_JDK=25

# Prints the feature version of the JDK in folder $1 (25 for 25.0.1), or nothing when there is none.
iworx_jdk_version() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

iworx_jdk_fits() {
  _version=$(iworx_jdk_version "$1")
  [ -n "$_version" ] && [ "$_version" -ge "$IWORX_MIN_JDK" ]
}

iworx_find_jdk() {
  if [ -n "${JAVA_HOME-}" ] && iworx_jdk_fits "$JAVA_HOME"; then
    printf '%s\n' "$JAVA_HOME"
    return 0
  fi
  _java=$(command -v java 2>/dev/null || :)
  # A java on PATH is usually a chain of links; a few hops lead to the real folder.
  for _ in 1 2 3 4 5; do
    [ -n "$_java" ] && [ -L "$_java" ] || break
    _link=$(readlink "$_java")
    case "$_link" in
    /*) _java=$_link ;;
    *) _java=$(dirname "$_java")/$_link ;;
    esac
  done
  if [ -n "$_java" ]; then
    _home=$(dirname "$(dirname "$_java")")
    if iworx_jdk_fits "$_home"; then
      printf '%s\n' "$_home"
      return 0
    fi
  fi
  _best=
  _best_version=0
  set +f
  for _home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "${HOME-/nonexistent}"/.sdkman/candidates/java/* "${HOME-/nonexistent}"/.jdks/* \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    if iworx_jdk_fits "$_home" && [ "$(iworx_jdk_version "$_home")" -gt "$_best_version" ]; then
      _best=$_home
      _best_version=$(iworx_jdk_version "$_home")
    fi
  done
  [ -n "$_best" ] && printf '%s\n' "$_best"
}

JAVA_HOME=$(iworx_find_jdk) || {
  echo "iWorX needs a JDK $IWORX_MIN_JDK or newer and found none in JAVA_HOME, on PATH or in the usual folders." >&2
  echo "Install one (Debian/Ubuntu: temurin-25-jdk or openjdk-25-jdk; macOS: brew install openjdk@25; any: https://adoptium.net) or set JAVA_HOME to it." >&2
  exit 2
}
export JAVA_HOME
