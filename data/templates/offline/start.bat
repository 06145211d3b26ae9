@echo off
rem Installs the handbook into this folder, without a network, and opens it in JupyterLab.
rem 'start.bat --install-only' stops before the last step. PYTHON names another Python.
cd /d "%~dp0"
if "%PYTHON%"=="" set PYTHON=py -@python@
%PYTHON% -c "import sys; sys.exit('%%d.%%d' %% sys.version_info[:2] != '@python@')" 2>nul
if errorlevel 1 (
  echo The handbook's package needs Python @python@. Install it, or name it: set PYTHON=C:\path\to\python.exe
  exit /b 1
)
if exist handbook\.venv\.installed goto installed
echo Installing into handbook\.venv: this takes some minutes ...
if exist handbook\.venv rmdir /s /q handbook\.venv
%PYTHON% -m venv handbook\.venv || exit /b 1
set PIP=handbook\.venv\Scripts\python -m pip --isolated --disable-pip-version-check install --quiet --no-index
%PIP% --find-links wheels --no-deps --require-hashes -r requirements.txt || exit /b 1
%PIP% --no-deps --no-build-isolation --editable handbook || exit /b 1
type nul > handbook\.venv\.installed
:installed
echo The handbook is installed.
if "%1"=="--install-only" exit /b 0
cd handbook
.venv\Scripts\jupyter lab --notebook-dir=.
