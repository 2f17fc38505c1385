# SPDX-License-Identifier: Apache-2.0
# `cpack -G DEB` in the build's folder: Debian packages in its folder packages.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sumac)
set(CPACK_PACKAGE_VENDOR Sumac)
set(CPACK_PACKAGE_CONTACT "Sumac maintainers <sumac@localhost>")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME sumac)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION electronics)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS
  "bash-completion, dataset-fashion-mnist, gnuplot-nox, iverilog, libjs-chart.js, opensta, python3, qflow-tech-osu018, yosys")
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
  "${PROJECT_DESCRIPTION}\nThe program sumac, the hardware in SystemVerilog, its synthesis flow, and their documents.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libsumac-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libfmt-dev, nlohmann-json3-dev, zlib1g-dev")
set(CPACK_COMPONENT_DEV_DESCRIPTION
  "${PROJECT_DESCRIPTION}\nStatic libraries and headers, for CMake and pkg-config.")

if(SUMAC_PYTHON)
  list(APPEND CPACK_COMPONENTS_ALL python)
  set(next ${Python3_VERSION_MINOR})
  math(EXPR next "${next} + 1")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_NAME python3-sumac)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SECTION python)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_DEPENDS
    "python3 (>= 3.${Python3_VERSION_MINOR}), python3 (<< 3.${next}), python3-numpy")
  set(CPACK_DEBIAN_PYTHON_PACKAGE_SUGGESTS python3-torch)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_EXTRA
    ${PROJECT_SOURCE_DIR}/cmake/python3-sumac/postinst ${PROJECT_SOURCE_DIR}/cmake/python3-sumac/prerm)
  set(CPACK_DEBIAN_PYTHON_PACKAGE_CONTROL_STRICT_PERMISSION ON)
  set(CPACK_COMPONENT_PYTHON_DESCRIPTION "${PROJECT_DESCRIPTION}\nThe Python module sumac.")
endif()

include(CPack)
