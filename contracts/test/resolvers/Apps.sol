// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { FixedPart, IForceMoveApp, RecoveredVariablePart } from "../../src/resolvers/IForceMoveApp.sol";

/// @notice Two players move in turns; a move may give to the other only. Supported: the last two moves, each signed by who made it.
contract GivingApp is IForceMoveApp {
    function stateIsSupported(
        FixedPart calldata,
        RecoveredVariablePart[] calldata proof,
        RecoveredVariablePart calldata candidate
    ) external pure returns (bool, string memory) {
        if (proof.length != 1) return (false, "one state before");
        uint48 turn = candidate.variablePart.turnNum;
        if (proof[0].variablePart.turnNum + 1 != turn) return (false, "not the next turn");
        if (proof[0].signedBy != 1 << (1 - turn % 2) || candidate.signedBy != 1 << (turn % 2)) {
            return (false, "not signed by the movers");
        }
        uint256 other = 1 - turn % 2;
        uint256 had = proof[0].variablePart.outcome[0].allocations[other].amount;
        if (candidate.variablePart.outcome[0].allocations[other].amount < had) return (false, "taking");
        return (true, "");
    }
}

/// @notice Takes everything, whoever signed.
contract AnythingApp is IForceMoveApp {
    function stateIsSupported(FixedPart calldata, RecoveredVariablePart[] calldata, RecoveredVariablePart calldata)
        external
        pure
        returns (bool, string memory)
    {
        return (true, "");
    }
}

/// @notice Reverts with these words.
contract RevertingApp is IForceMoveApp {
    function stateIsSupported(FixedPart calldata, RecoveredVariablePart[] calldata, RecoveredVariablePart calldata)
        external
        pure
        returns (bool, string memory)
    {
        revert("against the rules");
    }
}
