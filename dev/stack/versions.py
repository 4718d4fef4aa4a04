"""Every pinned version of the stack, in one place.

The checksums that belong to them are in `kafka-4.3.0.sha256` and `apicurio-3.0.9.sha256` beside this file.
"""

KAFKA = "4.3.0"
KAFKA_SCALA = "2.13"
LOG4J = "2.25.1"
APICURIO = "3.0.9"

# Later plugin versions insist on Apicurio's parent pom, which is not published; 2.8 copies the artifact alone.
MAVEN_DEPENDENCY_PLUGIN = "2.8"

JAVA_OLDEST = 17
POSTGRES_PREFERRED = 15
PYTHON_OLDEST = (3, 9)

KAFKA_ARTIFACTS = (
    ("org.apache.kafka", f"kafka_{KAFKA_SCALA}", KAFKA),
    ("org.apache.kafka", "kafka-tools", KAFKA),
    ("org.apache.logging.log4j", "log4j-core", LOG4J),
    ("org.apache.logging.log4j", "log4j-slf4j-impl", LOG4J),
)
APICURIO_ARTIFACT = f"io.apicurio:apicurio-registry-app:{APICURIO}:tar.gz:all"
APICURIO_ARCHIVE = f"apicurio-registry-app-{APICURIO}-all.tar.gz"
APICURIO_RUNNER = f"apicurio-registry-app-{APICURIO}-runner.jar"
